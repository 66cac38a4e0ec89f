#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A typical fit with gap_fit. GAP_FIT names another program. Arguments replace the settings
# written here:  GAP_FIT="soapz fit" ./gap_fit.sh dryrun=T
${GAP_FIT:-gap_fit} at_file=train.xyz gp_file=Mo.xml rnd_seed=1 \
    energy_parameter_name=energy force_parameter_name=forces virial_parameter_name=virial \
    e0_method=average sparse_jitter=1e-8 do_copy_at_file=F sparse_separate_file=T \
    default_sigma="{0.001 0.05 0.1 0}" config_type_sigma="{Elastic:0.0005:0.02:0.02:0}" \
    gap="{distance_2b cutoff=5.0 cutoff_transition_width=1.0 covariance_type=ard_se delta=1.0
              theta_uniform=1.0 sparse_method=uniform n_sparse=20 add_species=T :
          soap n_max=8 l_max=6 cutoff=5.0 cutoff_transition_width=1.0 atom_sigma=0.5 zeta=4
              delta=0.5 covariance_type=dot_product sparse_method=cur_points n_sparse=400
              add_species=T}" "$@"
