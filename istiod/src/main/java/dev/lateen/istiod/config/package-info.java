/** Where objects come from: files and directories that are watched, or this process itself; and how all sources become one input. */
@NullMarked
package dev.lateen.istiod.config;

import org.jspecify.annotations.NullMarked;
