/** What the connection manager makes of a request's head before anybody else sees it: a pure decision on the connection's facts and the head. */
@NullMarked
package dev.lateen.proxy.head;

import org.jspecify.annotations.NullMarked;
