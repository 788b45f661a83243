/** The Envoy-shaped admin endpoints: what istioctl, Prometheus and probes ask a proxy. */
@NullMarked
package dev.lateen.proxy.admin;

import org.jspecify.annotations.NullMarked;
