package dev.lateen.api.yaml;

import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Rule;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Kubernetes accepts under {@code metadata} (apimachinery's ObjectMeta), as far as it matters here. */
@KnownButUnused(
        value = {
            "generateName",
            "uid",
            "resourceVersion",
            "generation",
            "managedFields",
            "ownerReferences",
            "finalizers",
            "selfLink",
            "deletionTimestamp",
            "deletionGracePeriodSeconds"
        },
        quiet = true)
record ObjectMetadata(
        @Required
        @Length(min = 1, max = 253)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
        String name,

        @Length(max = 63) @Pattern("^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$")
        String namespace,

        Map<
                        @Length(min = 1, max = 317) String,
                        @Length(max = 63) @Pattern("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$") String>
                labels,
        Map<@Length(min = 1, max = 317) String, String> annotations,
        @Nullable @Obeys(Timestamp.class) String creationTimestamp) {

    Instant created() {
        return creationTimestamp == null
                ? Instant.EPOCH
                : DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(creationTimestamp, Instant::from);
    }

    /** RFC 3339. */
    static final class Timestamp implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            try {
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(value, Instant::from);
            } catch (DateTimeException e) {
                report.refuse("", "'" + value + "'", "a time such as 2026-01-31T12:00:00Z");
            }
        }
    }
}
