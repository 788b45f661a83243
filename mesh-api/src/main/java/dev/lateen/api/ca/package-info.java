/** The wire types of Istio's certificate service, generated from its proto. */
@NullMarked
package dev.lateen.api.ca;

import org.jspecify.annotations.NullMarked;
