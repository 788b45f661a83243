/** A proxy in a pod of its own on Kubernetes: what Istio's agent makes of the pod's variables and mounted files, and how the pod's proxy lives and ends. */
@NullMarked
package dev.lateen.install.pod;

import org.jspecify.annotations.NullMarked;
