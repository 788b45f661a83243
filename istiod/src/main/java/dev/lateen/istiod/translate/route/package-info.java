/** Route configurations, made of virtual hosts that go on from snapshot to snapshot. */
@NullMarked
package dev.lateen.istiod.translate.route;

import org.jspecify.annotations.NullMarked;
