/** Where resources come from: files and directories, read, checked and watched. */
@NullMarked
package dev.lateen.istiod.config;

import org.jspecify.annotations.NullMarked;
