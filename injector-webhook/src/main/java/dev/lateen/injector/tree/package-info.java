/** Kubernetes objects as trees: merged strategically, written in the order of Kubernetes' own clients, told apart in a patch. */
@NullMarked
package dev.lateen.injector.tree;

import org.jspecify.annotations.NullMarked;
