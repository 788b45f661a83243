/** Puts an installation into a Kubernetes cluster, waits until it serves, and takes it out again. */
@NullMarked
package dev.lateen.install.cluster;

import org.jspecify.annotations.NullMarked;
