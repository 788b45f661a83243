/** What is decided without a socket is what the mesh then shows. */
@NullMarked
package dev.lateen.it.decide;

import org.jspecify.annotations.NullMarked;
