/** What one proxy sees of a snapshot, and what every part of its config asks about it. */
@NullMarked
package dev.lateen.istiod.translate.view;

import org.jspecify.annotations.NullMarked;
