/** What an API server's objects are made into: what is kept of each, and which of them are looked at. Pure: it calls nobody. */
@NullMarked
package dev.lateen.istiod.kubernetes.object;

import org.jspecify.annotations.NullMarked;
