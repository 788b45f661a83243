/** What is in force: one immutable object that everything reads, and the one place that replaces it. */
@NullMarked
package dev.lateen.proxy.inforce;

import org.jspecify.annotations.NullMarked;
