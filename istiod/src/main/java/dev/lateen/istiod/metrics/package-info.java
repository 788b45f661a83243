/** Istio's metrics of a control plane: what is counted, what is asked, and the page that Prometheus reads. */
@NullMarked
package dev.lateen.istiod.metrics;

import org.jspecify.annotations.NullMarked;
