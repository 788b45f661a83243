/** What commands of several parts have in common. */
@NullMarked
package dev.lateen.install.command;

import org.jspecify.annotations.NullMarked;
