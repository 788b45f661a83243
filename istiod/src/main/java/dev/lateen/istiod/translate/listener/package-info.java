/** Listeners, their filter chains and filters. */
@NullMarked
package dev.lateen.istiod.translate.listener;

import org.jspecify.annotations.NullMarked;
