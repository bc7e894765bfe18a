//! The modules that know the encodings of a region: `getcodec(name)`, and the names of C's tables.

use super::MultibyteCodec;
use super::codec::{
    BIG5, BIG5HKSCS, CP932, CP949, CP950, Codec, EUC_JIS_2004, EUC_JIS_2004_3, EUC_JISX0213, EUC_JISX0213_3,
    EUC_JP, EUC_JP_3, GB2312, GBK, JOHAB, Kind, SHIFT_JIS, SHIFT_JIS_2004, SHIFT_JISX0213,
};
use super::iso2022;
use crate::modules::types::PyCapsule;
use minipy_vm::macros_support::{MethodDef, MethodKind, ModuleDef};
use minipy_vm::{Args, PyModule, PyResult, PyStr, Ref, Value, exceptions};

/// `getcodec(encoding)` of a module with these codecs.
fn getcodec(codecs: &'static [Codec], args: Args<'_>) -> PyResult<Value> {
    let [encoding] = args.unpack("getcodec", 1, 1)? else {
        return Err(exceptions::type_error("getcodec() takes exactly one argument"));
    };
    let Some(encoding) = encoding.downcast::<PyStr>() else {
        return Err(exceptions::type_error("encoding name must be a string."));
    };
    match codecs.iter().find(|codec| encoding.eq_str(codec.name)) {
        Some(codec) => Ok(Ref::new(MultibyteCodec { codec }).into_value()),
        None => Err(exceptions::lookup_error("no such codec is supported.")),
    }
}

/// Defines a module with codecs, and with capsules, whose contents are C's and are not here.
macro_rules! region {
    ($MODULE:ident, $name:literal, codecs: [$($codec:literal: $kind:expr),* $(,)?], maps: [$($map:literal),*]) => {
        pub static $MODULE: ModuleDef = {
            static CODECS: &[Codec] = &[$(Codec { name: $codec, kind: $kind }),*];

            fn call(args: Args<'_>) -> PyResult<Value> {
                getcodec(CODECS, args)
            }

            fn init(module: &Ref<PyModule>) -> PyResult<()> {
                let maps: &[&str] = &[$($map),*];
                for map in maps {
                    module.namespace().insert(&format!("__map_{map}"), PyCapsule::named("multibytecodec.map"));
                }
                Ok(())
            }

            ModuleDef {
                name: $name,
                doc: None,
                functions: &[MethodDef {
                    name: "getcodec",
                    func: call,
                    text_signature: Some("($self, object, /)"),
                    doc: None,
                    kind: MethodKind::Static,
                    defining_class: false,
                }],
                attrs: &[],
                classes: &[],
                parts: &[],
                init: Some(init),
            }
        };
    };
}

region!(CN, "_codecs_cn",
    codecs: ["gb2312": Kind::Double(&GB2312), "gbk": Kind::Double(&GBK), "gb18030": Kind::Gb18030, "hz": Kind::Hz],
    maps: ["gb2312", "gbkext", "gbcommon", "gb18030ext"]);
region!(HK, "_codecs_hk",
    codecs: ["big5hkscs": Kind::Double(&BIG5HKSCS)],
    maps: ["big5hkscs", "big5hkscs_bmp", "big5hkscs_nonbmp"]);
region!(ISO2022, "_codecs_iso2022",
    codecs: [
        "iso2022_kr": Kind::Iso2022(&iso2022::KR),
        "iso2022_jp": Kind::Iso2022(&iso2022::JP),
        "iso2022_jp_1": Kind::Iso2022(&iso2022::JP_1),
        "iso2022_jp_2": Kind::Iso2022(&iso2022::JP_2),
        "iso2022_jp_2004": Kind::Iso2022(&iso2022::JP_2004),
        "iso2022_jp_3": Kind::Iso2022(&iso2022::JP_3),
        "iso2022_jp_ext": Kind::Iso2022(&iso2022::JP_EXT),
    ],
    maps: []);
region!(JP, "_codecs_jp",
codecs: [
    "shift_jis": Kind::Double(&SHIFT_JIS),
    "cp932": Kind::Double(&CP932),
    "euc_jp": Kind::Triple(&EUC_JP, &EUC_JP_3),
    "shift_jis_2004": Kind::Double(&SHIFT_JIS_2004),
    "euc_jis_2004": Kind::Triple(&EUC_JIS_2004, &EUC_JIS_2004_3),
    "euc_jisx0213": Kind::Triple(&EUC_JISX0213, &EUC_JISX0213_3),
    "shift_jisx0213": Kind::Double(&SHIFT_JISX0213),
],
maps: [
    "jisx0208", "jisx0212", "jisxcommon", "jisx0213_1_bmp", "jisx0213_2_bmp", "jisx0213_bmp",
    "jisx0213_1_emp", "jisx0213_2_emp", "jisx0213_emp", "jisx0213_pair", "cp932ext"
]);
region!(KR, "_codecs_kr",
    codecs: ["euc_kr": Kind::EucKr, "cp949": Kind::Double(&CP949), "johab": Kind::Double(&JOHAB)],
    maps: ["ksx1001", "cp949", "cp949ext"]);
region!(TW, "_codecs_tw",
    codecs: ["big5": Kind::Double(&BIG5), "cp950": Kind::Double(&CP950)],
    maps: ["big5", "cp950ext"]);
