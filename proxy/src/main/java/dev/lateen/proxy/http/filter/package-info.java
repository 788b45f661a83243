/** The HTTP filters, one class each; a filter decides on a request's head and says continue, reply or wait. */
@NullMarked
package dev.lateen.proxy.http.filter;

import org.jspecify.annotations.NullMarked;
