/** xDS resources as they are sent: serialised once, known by a hash of what they say, and kept from snapshot to snapshot while nothing they depend on changes. */
@NullMarked
package dev.lateen.istiod.translate.resource;

import org.jspecify.annotations.NullMarked;
