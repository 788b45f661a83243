/** The settings of a whole mesh: Istio's MeshConfig, with Istio's defaults. */
@NullMarked
package dev.lateen.api.mesh;

import org.jspecify.annotations.NullMarked;
