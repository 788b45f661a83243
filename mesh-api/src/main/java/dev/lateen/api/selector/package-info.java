/** The two ways a policy says whom it is for: by labels and by reference. */
@NullMarked
package dev.lateen.api.selector;

import org.jspecify.annotations.NullMarked;
