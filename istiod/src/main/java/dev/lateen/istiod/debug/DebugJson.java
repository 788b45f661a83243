package dev.lateen.istiod.debug;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Duration;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Resources as users write them: what says nothing is left out, durations are {@code 1.5s}. */
final class DebugJson {
    private DebugJson() {}

    static JsonMapper mapper() {
        return JsonMapper.builder()
                .addModule(new SimpleModule().addSerializer(Duration.class, new Seconds()))
                .changeDefaultPropertyInclusion(usual -> usual.withValueInclusion(JsonInclude.Include.NON_EMPTY))
                .build();
    }

    private static final class Seconds extends StdSerializer<Duration> {
        Seconds() {
            super(Duration.class);
        }

        @Override
        public void serialize(Duration duration, JsonGenerator out, SerializationContext context) {
            BigDecimal seconds = BigDecimal.valueOf(duration.toSeconds())
                    .add(BigDecimal.valueOf(duration.toNanosPart(), 9))
                    .stripTrailingZeros();
            out.writeString(seconds.toPlainString() + "s");
        }
    }
}
