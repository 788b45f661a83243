/** Binds listeners, learns what a new connection wants, takes it to its filter chain, and drains what is no longer wanted. */
@NullMarked
package dev.lateen.proxy.listener;

import org.jspecify.annotations.NullMarked;
