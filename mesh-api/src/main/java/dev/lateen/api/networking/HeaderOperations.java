package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.TextRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done to headers.
 *
 * @param request on the way to the destination
 * @param response on the way back
 */
public record HeaderOperations(
        @Nullable Change request, @Nullable Change response) {
    /**
     * The changes of one direction.
     *
     * @param set overwritten or added
     * @param add appended
     * @param remove taken away
     */
    public record Change(
            Map<@Obeys(TextRules.HeaderName.class) String, @Obeys(TextRules.HeaderValue.class) String> set,
            Map<@Obeys(TextRules.HeaderName.class) String, @Obeys(TextRules.HeaderValue.class) String> add,
            List<@Obeys(TextRules.HeaderName.class) String> remove) {}
}
