/** The wire types of Istio's name table, generated from its proto. */
@NullMarked
package dev.lateen.api.names;

import org.jspecify.annotations.NullMarked;
