/** Which pods get a sidecar, why or why not, and the patch that gives it; decided purely, answered over TLS. */
@NullMarked
package dev.lateen.injector;

import org.jspecify.annotations.NullMarked;
