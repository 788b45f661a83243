/** Binds listeners, learns what a new connection wants, chooses its filter chain, and drains what is no longer wanted. */
@NullMarked
package dev.lateen.proxy.listener;

import org.jspecify.annotations.NullMarked;
