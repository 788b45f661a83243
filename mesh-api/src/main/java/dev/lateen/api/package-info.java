/** The languages of the mesh, a package each, and which release of them this is. */
@NullMarked
package dev.lateen.api;

import org.jspecify.annotations.NullMarked;
