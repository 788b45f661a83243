/** A pod on its way to a proxy: whose it is, what its marks say, how its proxy starts, what its namespace allows. */
@NullMarked
package dev.lateen.injector.pod;

import org.jspecify.annotations.NullMarked;
