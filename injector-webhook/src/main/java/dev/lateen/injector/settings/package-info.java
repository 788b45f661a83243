/** What is configured: Helm's values, the injector's own ConfigMap and the mesh config, as the small values that injection reads. */
@NullMarked
package dev.lateen.injector.settings;

import org.jspecify.annotations.NullMarked;
