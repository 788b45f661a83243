/** A Kubernetes cluster as a source of configuration, and as the place where a control plane keeps what it shares with others. */
@NullMarked
package dev.lateen.istiod.kubernetes;

import org.jspecify.annotations.NullMarked;
