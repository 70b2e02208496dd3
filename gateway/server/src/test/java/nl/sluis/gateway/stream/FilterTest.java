package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final Product CONJUNCTION = Product.newBuilder()
            .setKind(ProductKind.PRODUCT_KIND_CONJUNCTION)
            .setDataMode(DataMode.DATA_MODE_REAL)
            .setConjunction(ConjunctionWarning.newBuilder()
                    .setMissDistanceM(250)
                    .setObject1(ConjunctionObject.newBuilder()
                            .setObject(ObjectReference.newBuilder().setCatalogueNumber(25544)))
                    .setObject2(ConjunctionObject.newBuilder()
                            .setObject(ObjectReference.newBuilder().setCatalogueNumber(999_999_999))))
            .build();
    private static final Product TRACK = Product.newBuilder()
            .setKind(ProductKind.PRODUCT_KIND_TRACK)
            .setDataMode(DataMode.DATA_MODE_REAL)
            .setTrack(Track.newBuilder()
                    .setRegime(OrbitRegime.ORBIT_REGIME_GEO)
                    .setObject(ObjectReference.newBuilder().setInternationalDesignator("2010-056A")))
            .build();

    @Test
    void without_anything_asked_for_all_real_products_match_and_no_others() throws Exception {
        Filter filter = Filter.of(SubscribeRequest.getDefaultInstance());

        assertThat(filter.matches(CONJUNCTION)).isTrue();
        assertThat(filter.matches(TRACK)).isTrue();
        assertThat(filter.matches(TRACK.toBuilder()
                        .setDataMode(DataMode.DATA_MODE_EXERCISE)
                        .build()))
                .isFalse();
    }

    @Test
    void kinds_objects_and_regimes_narrow() throws Exception {
        assertThat(Filter.of(SubscribeRequest.newBuilder()
                                .addKinds(ProductKind.PRODUCT_KIND_TRACK)
                                .build())
                        .matches(CONJUNCTION))
                .isFalse();
        Filter second = Filter.of(SubscribeRequest.newBuilder()
                .addObjects(ObjectReference.newBuilder().setCatalogueNumber(999_999_999))
                .build());
        assertThat(second.matches(CONJUNCTION)).isTrue();
        assertThat(second.matches(TRACK)).isFalse();
        assertThat(Filter.of(SubscribeRequest.newBuilder()
                                .addRegimes(OrbitRegime.ORBIT_REGIME_LEO)
                                .build())
                        .matches(TRACK))
                .isFalse();
    }

    @Test
    void an_expression_looks_at_the_released_product() throws Exception {
        Filter close = Filter.of(SubscribeRequest.newBuilder()
                .setFilter("product.conjunction.miss_distance_m < 300.0 && has(product.conjunction)")
                .build());

        assertThat(close.matches(CONJUNCTION)).isTrue();
        assertThat(close.matches(TRACK)).isFalse();
    }

    @Test
    void an_expression_that_does_not_type_check_is_refused_by_its_field() {
        for (String wrong :
                new String[] {"product.no_such_field == 1", "product.version", "1 +", "product.version == 'x'"}) {
            assertThatThrownBy(() -> Filter.of(
                            SubscribeRequest.newBuilder().setFilter(wrong).build()))
                    .isInstanceOfSatisfying(
                            SubscriptionRefused.class,
                            refused -> assertThat(refused.field()).isEqualTo("filter"));
        }
    }

    @Test
    void what_the_contract_does_not_know_is_refused_by_its_field() {
        assertThatThrownBy(() -> Filter.of(
                        SubscribeRequest.newBuilder().addKindsValue(99).build()))
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("kinds[0]"));
        assertThatThrownBy(() -> Filter.of(SubscribeRequest.newBuilder()
                        .addObjects(ObjectReference.newBuilder().setName("a name alone"))
                        .build()))
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("objects[0]"));
    }
}
