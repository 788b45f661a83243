/** What happens to a pod once templates are merged into it: what a user's containers keep, metrics, probes, marks, order. */
@NullMarked
package dev.lateen.injector.after;

import org.jspecify.annotations.NullMarked;
