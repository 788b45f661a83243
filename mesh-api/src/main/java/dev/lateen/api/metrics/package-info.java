/** The names of Istio's standard metrics and of their labels. */
@NullMarked
package dev.lateen.api.metrics;

import org.jspecify.annotations.NullMarked;
