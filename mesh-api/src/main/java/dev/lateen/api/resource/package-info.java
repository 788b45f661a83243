/** What every resource of the mesh has, whatever its kind: its name, its labels and where it came from. */
@NullMarked
package dev.lateen.api.resource;

import org.jspecify.annotations.NullMarked;
