/** What is said of an object before an API server takes it: a review in, a review out. */
@NullMarked
package dev.lateen.istiod.admission;

import org.jspecify.annotations.NullMarked;
