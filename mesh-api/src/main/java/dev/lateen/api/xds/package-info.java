/** The vocabulary of the wire between control plane and proxy: type URLs, names and node ids. */
@NullMarked
package dev.lateen.api.xds;

import org.jspecify.annotations.NullMarked;
