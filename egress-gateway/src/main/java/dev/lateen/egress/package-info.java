/** The egress gateway: the proxy in the egress role, with the names, labels and ports under which Istio's users know it. */
@NullMarked
package dev.lateen.egress;

import org.jspecify.annotations.NullMarked;
