/** The injector of a cluster's control plane: what it is told by ConfigMaps and namespaces there. */
@NullMarked
package dev.lateen.install.injection;

import org.jspecify.annotations.NullMarked;
