/** Makes a value of the model, or a rejection that names the field, of each xDS resource. */
@NullMarked
package dev.lateen.proxy.xds.decode;

import org.jspecify.annotations.NullMarked;
