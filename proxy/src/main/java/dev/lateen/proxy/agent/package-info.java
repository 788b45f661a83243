/** What Istio's agent serves beside Envoy in a pod (port 15020): probes passed on to the application, its metrics with the proxy's, and the ways to drain and to end. */
@NullMarked
package dev.lateen.proxy.agent;

import org.jspecify.annotations.NullMarked;
