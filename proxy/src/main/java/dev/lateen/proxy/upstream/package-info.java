/** The run-time state of clusters, kept across snapshots: hosts, balancers, outlier ejection, circuit breakers, DNS. */
@NullMarked
package dev.lateen.proxy.upstream;

import org.jspecify.annotations.NullMarked;
