/** A whole mesh in one process: manifests become pods with loopback addresses, their apps and sidecars, the gateways and istiod. */
@NullMarked
package dev.lateen.install.run;

import org.jspecify.annotations.NullMarked;
