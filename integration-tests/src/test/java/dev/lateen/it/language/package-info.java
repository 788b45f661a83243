/** Every field of every API kind goes through translator and decoders, and what becomes of it is written down. */
@NullMarked
package dev.lateen.it.language;

import org.jspecify.annotations.NullMarked;
