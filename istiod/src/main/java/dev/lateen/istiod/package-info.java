/** The control plane as one object: config source, mesh snapshot, discovery, certificate authority and debug views, wired. */
@NullMarked
package dev.lateen.istiod;

import org.jspecify.annotations.NullMarked;
