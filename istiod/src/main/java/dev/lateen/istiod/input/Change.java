package dev.lateen.istiod.input;

import org.jspecify.annotations.Nullable;

/**
 * One object before and after.
 *
 * @param before what was in force; null for nothing
 * @param after what is in force now; null for nothing
 */
record Change(
        ObjectKey key,
        @Nullable ConfigObject before,
        @Nullable ConfigObject after) {}
