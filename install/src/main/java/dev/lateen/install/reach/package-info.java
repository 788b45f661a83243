/** The way from a user's machine to what runs in a cluster's pods, through its API server: finds pods by their names, and forwards ports. */
@NullMarked
package dev.lateen.install.reach;

import org.jspecify.annotations.NullMarked;
