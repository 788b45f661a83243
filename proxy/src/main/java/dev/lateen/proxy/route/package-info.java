/** Which virtual host, route and cluster a request goes to, and how its head changes on the way: pure functions over a route table. */
@NullMarked
package dev.lateen.proxy.route;

import org.jspecify.annotations.NullMarked;
