/** Shows the web pages of proxies, control planes and add-ons on the user's machine, by forwarded ports. */
@NullMarked
package dev.lateen.install.dashboard;

import org.jspecify.annotations.NullMarked;
