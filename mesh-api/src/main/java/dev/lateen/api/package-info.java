/** The mesh-api module. */
@NullMarked
package dev.lateen.api;

import org.jspecify.annotations.NullMarked;
