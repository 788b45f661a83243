/** What one proxy may see, turned into xDS resources; pure, and shared between proxies that may see the same. */
@NullMarked
package dev.lateen.istiod.translate;

import org.jspecify.annotations.NullMarked;
