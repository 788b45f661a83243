/** The names of Istio's standard metrics and of their labels, and the one text in which every role tells its metrics. */
@NullMarked
package dev.lateen.api.metrics;

import org.jspecify.annotations.NullMarked;
