/** The ingress gateway: the proxy in the ingress role, with the names, labels and ports under which Istio's users know it. */
@NullMarked
package dev.lateen.ingress;

import org.jspecify.annotations.NullMarked;
