/** Services to entries of Istio's name table. */
@NullMarked
package dev.lateen.istiod.translate.names;

import org.jspecify.annotations.NullMarked;
